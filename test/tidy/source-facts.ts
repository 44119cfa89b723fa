/** What the rules ask of one source file, read from its syntax tree: what it refers to, what it calls, what it declares. */
import { dirname, join, normalize } from 'node:path/posix';
import { parseSync } from '@swc/core';

export type SourceFacts = {
  /** Paths in the repository that the file imports, re-exports, or names in a call (a worker's file, a bundle's entry). */
  readonly refersTo: ReadonlySet<string>;
  /** The names it imports, with the path or package they come from. */
  readonly imports: ReadonlyMap<string, string>;
  /** The names it calls, as they are written: `it`, `checkProvider`. */
  readonly calls: ReadonlySet<string>;
  /** The constants it exports, in order. */
  readonly constants: readonly string[];
};

type Node = { readonly type: string; readonly [field: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
const textOf = (node: unknown): string | undefined => (isNode(node) && node.type === 'StringLiteral' ? (node.value as string) : undefined);

export function readSource(path: string, text: string): SourceFacts {
  const refersTo = new Set<string>();
  const imports = new Map<string, string>();
  const calls = new Set<string>();
  const constants: string[] = [];
  const refer = (specifier: string | undefined) => {
    if (specifier !== undefined && /\.(ts|mjs)$/.test(specifier)) refersTo.add(resolve(path, specifier)).add(normalize(specifier));
  };
  const program = parseSync(
    text.replace(/^#!/, '//'),
    path.endsWith('.ts') ? { syntax: 'typescript', target: 'es2024' } : { syntax: 'ecmascript', target: 'es2024' },
  );
  walk(program, (node) => {
    // How a configuration of jest names a file.
    refer(textOf(node)?.match(/^<rootDir>\/(.*)$/)?.[1]);
    if (node.type === 'TsImportType') refer(textOf(node.argument));
    if ('source' in node) refer(textOf(node.source));
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const texts = ((node.arguments ?? []) as { expression: unknown }[])
        .map(({ expression }) => textOf(expression))
        .filter((text) => text !== undefined);
      for (const text of [...texts, texts.join('/')]) refer(text);
      if (isNode(node.callee) && node.callee.type === 'Identifier') calls.add(node.callee.value as string);
    }
    if (node.type === 'ImportDeclaration') {
      for (const { local } of node.specifiers as { local: { value: string } }[])
        imports.set(local.value, resolve(path, textOf(node.source) ?? ''));
    }
    if (node.type === 'ExportDeclaration' && isNode(node.declaration) && node.declaration.type === 'VariableDeclaration') {
      for (const { id } of node.declaration.declarations as { id: { value: string } }[]) constants.push(id.value);
    }
  });
  return { refersTo, imports, calls, constants };
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) visit(value);
    for (const child of Object.values(value)) walk(child, visit);
  }
}

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(from), specifier) : specifier;
}
