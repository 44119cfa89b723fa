/** What a Query or Scan gives of each item it reads: all of it, parts, or only its count; and which items it leaves out. */
import type { JsonObject } from '../service-engine.ts';
import type { Attributes } from './attribute-value.ts';
import { bindCondition } from './condition.ts';
import { pathsIn } from './condition-syntax.ts';
import type { WrittenPath } from './document-path.ts';
import { attributesOf } from './key-schema.ts';
import { parsedCondition, parsedProjection } from './parsed-expressions.ts';
import type { Placeholders } from './placeholders.ts';
import { bindProjection } from './projection.ts';
import { choice } from './request-members.ts';
import { invalidParameter, UnmodelledError, validation } from './service-error.ts';
import type { SortedRows } from './sorted-rows.ts';
import type { Table, TableIndex } from './table.ts';

export type Source = { readonly table: Table; readonly index: TableIndex | undefined; readonly rows: SortedRows };

export type PageRequest = { readonly input: JsonObject; readonly source: Source; readonly placeholders: Placeholders };

export type Shape = {
  readonly counts: boolean;
  readonly shaped: (item: Attributes) => Attributes;
  readonly passes: (item: Attributes) => boolean;
};

export function readShape(request: PageRequest): Shape {
  const { input, source, placeholders } = request;
  const select = choice(input, 'Select', ['', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT']);
  const projection = input['ProjectionExpression'];
  if (projection !== undefined && select !== '' && select !== 'SPECIFIC_ATTRIBUTES')
    throw validation(`Cannot specify the ProjectionExpression when choosing to get ${select === 'COUNT' ? 'only the Count' : select}`);
  if (select === 'SPECIFIC_ATTRIBUTES' && projection === undefined)
    throw validation('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
  if (select.startsWith('ALL') && source.index !== undefined) throw new UnmodelledError(`Select ${select} on an index`);
  const passes = bindFilter(request);
  const shaped = bindShape(request);
  placeholders.finish();
  return { counts: select === 'COUNT', shaped, passes };
}

function bindShape({ input, source, placeholders }: PageRequest): (item: Attributes) => Attributes {
  const text = input['ProjectionExpression'];
  if (text === undefined) return (item) => item;
  const written = parsedProjection('ProjectionExpression', String(text));
  requireProjected(source, firstNames(written, [placeholders, 'ProjectionExpression']));
  return bindProjection(written, placeholders);
}

function bindFilter({ input, source, placeholders }: PageRequest): (item: Attributes) => boolean {
  const label = 'FilterExpression';
  const text = input[label];
  if (text === undefined) return () => true;
  const condition = parsedCondition(label, String(text));
  const names = firstNames(pathsIn(condition), [placeholders, label]);
  requireProjected(source, names);
  const keys = new Set(attributesOf(source.rows.schema).map(({ name }) => name));
  const key = names.find((name) => keys.has(name));
  // A Scan may filter by keys; a Query has its key condition for them.
  if (key !== undefined && input['KeyConditionExpression'] !== undefined)
    throw validation(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${key}`);
  return bindCondition(condition, { placeholders, label });
}

/** An index answers only from what it holds. */
function requireProjected({ table, index }: Source, names: readonly string[]): void {
  if (index === undefined || index.projection === 'ALL') return;
  const held = new Set([...attributesOf(table.schema), ...attributesOf(index.rows.schema)].map(({ name }) => name));
  const missing = names.filter((name) => !held.has(name));
  if (missing.length > 0) throw invalidParameter(`Global secondary index ${index.name} does not project [${missing.join(', ')}]`);
}

function firstNames(paths: readonly WrittenPath[], [placeholders, label]: readonly [Placeholders, string]): readonly string[] {
  return paths.map((path) => String(placeholders.path(path, label)[0]));
}
