/** Random values and expressions over a handful of attributes, so that most of them meet something. */
import fc from 'fast-check';
import type { JsonObject } from '../../local/engines/service-engine.ts';

/** A piece of an expression: it writes itself and leaves its placeholders in `values`. */
type Piece = (values: { [placeholder: string]: unknown }) => string;

export type Drawn = { readonly text: string; readonly values: JsonObject };

const NUMBERS = ['0', '1', '2', '-1', '0.5', '-2.5', '10', '123456789012345678901234567890', '0.001'];
const TEXTS = ['', 'a', 'ab', 'b', 'é', '😀'];
const BYTES = ['', 'AA==', 'AAE=', '/w=='];

const number = fc.constantFrom(...NUMBERS).map((N) => ({ N }));
const text = fc.constantFrom(...TEXTS).map((S) => ({ S }));
const scalar: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 3, arbitrary: number },
  { weight: 3, arbitrary: text },
  fc.constantFrom(...BYTES).map((B) => ({ B })),
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant({ NULL: true }),
);
const set: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.uniqueArray(fc.constantFrom('a', 'ab', 'b'), { minLength: 1 }).map((SS) => ({ SS })),
  fc.uniqueArray(fc.constantFrom(...NUMBERS), { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
  fc.uniqueArray(fc.constantFrom('AA==', '/w=='), { minLength: 1 }).map((BS) => ({ BS })),
);
const list = (member: fc.Arbitrary<JsonObject>) => fc.array(member, { maxLength: 3 }).map((L) => ({ L }));
const map = (member: fc.Arbitrary<JsonObject>) =>
  fc.dictionary(fc.constantFrom('a', 'b', 'x'), member, { maxKeys: 3 }).map((M) => ({ M: { ...M } }));
const shallow = fc.oneof({ weight: 4, arbitrary: scalar }, set);
export const value: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 5, arbitrary: shallow },
  { weight: 2, arbitrary: list(fc.oneof(shallow, list(scalar), map(scalar))) },
  { weight: 2, arbitrary: map(fc.oneof(shallow, list(scalar), map(scalar))) },
);
export const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), value, { maxKeys: 4 }).map((found) => ({ ...found }));

const path = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') },
  fc.constantFrom('a.a', 'b.x', 'c.b.a', 'a[0]', 'b[1]', 'c[0].a', 'd[2]', 'b.x[0]'),
);
const pathPiece: fc.Arbitrary<Piece> = path.map((written) => () => written);
const valuePiece = (from: fc.Arbitrary<JsonObject>): fc.Arbitrary<Piece> =>
  from.map((one) => (values) => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = one;
    return placeholder;
  });

const operand = fc.oneof(
  { weight: 3, arbitrary: pathPiece },
  { weight: 4, arbitrary: valuePiece(value) },
  pathPiece.map(
    (of): Piece =>
      (values) =>
        `size(${of(values)})`,
  ),
);
const piecewise = (parts: readonly fc.Arbitrary<Piece>[], join: (...written: string[]) => string): fc.Arbitrary<Piece> =>
  fc.tuple(...parts).map(
    (pieces): Piece =>
      (values) =>
        join(...pieces.map((piece) => piece(values))),
  );
const simple: fc.Arbitrary<Piece> = fc.oneof(
  fc
    .constantFrom('=', '<>', '<', '<=', '>', '>=')
    .chain((operator) => piecewise([operand, operand], (left, right) => `${left} ${operator} ${right}`)),
  fc.constantFrom('attribute_exists', 'attribute_not_exists').chain((name) => piecewise([pathPiece], (of) => `${name}(${of})`)),
  fc.constantFrom('begins_with', 'contains').chain((name) => piecewise([pathPiece, operand], (of, other) => `${name}(${of}, ${other})`)),
  piecewise(
    [pathPiece, valuePiece(fc.constantFrom('S', 'N', 'L', 'M', 'SS', 'NULL').map((S) => ({ S })))],
    (of, type) => `attribute_type(${of}, ${type})`,
  ),
  piecewise([operand, operand, operand], (one, low, high) => `${one} BETWEEN ${low} AND ${high}`),
  piecewise([operand, operand, operand], (one, first, second) => `${one} IN (${first}, ${second})`),
);
const compound: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 3, arbitrary: simple },
  piecewise([simple, simple], (left, right) => `${left} AND ${right}`),
  piecewise([simple, simple], (left, right) => `${left} OR ${right}`),
  piecewise([simple], (one) => `NOT ${one}`),
  piecewise([simple, simple, simple], (one, second, third) => `(${one} OR ${second}) AND NOT (${third})`),
);

const setValue: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 3, arbitrary: valuePiece(value) },
  pathPiece,
  fc
    .constantFrom('+', '-')
    .chain((operator) =>
      piecewise([fc.oneof(pathPiece, valuePiece(number)), valuePiece(number)], (left, right) => `${left} ${operator} ${right}`),
    ),
  piecewise([pathPiece, valuePiece(value)], (of, otherwise) => `if_not_exists(${of}, ${otherwise})`),
  piecewise([pathPiece, valuePiece(list(scalar))], (of, more) => `list_append(${of}, ${more})`),
);
const clause = (section: string): fc.Arbitrary<Piece> =>
  section === 'SET'
    ? piecewise([pathPiece, setValue], (place, to) => `${place} = ${to}`)
    : section === 'REMOVE'
      ? pathPiece
      : piecewise([pathPiece, valuePiece(section === 'ADD' ? fc.oneof(number, set) : set)], (place, by) => `${place} ${by}`);
const sections = fc
  .uniqueArray(fc.constantFrom('SET', 'SET', 'REMOVE', 'ADD', 'DELETE'), { minLength: 1, maxLength: 2 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.array(clause(name), { minLength: 1, maxLength: 3 }).map(
          (clauses): Piece =>
            (values) =>
              `${name} ${clauses.map((piece) => piece(values)).join(', ')}`,
        ),
      ),
    ),
  )
  .map(
    (pieces): Piece =>
      (values) =>
        pieces.map((piece) => piece(values)).join(' '),
  );

/** A condition alone, an update alone, or both with one set of placeholders. */
export const condition: fc.Arbitrary<Drawn> = compound.map((piece) => drawn(piece));
export const updateAndCondition: fc.Arbitrary<{
  readonly update: string;
  readonly condition: string | undefined;
  readonly values: JsonObject;
}> = fc.tuple(sections, fc.option(compound, { nil: undefined, freq: 3 })).map(([update, guard]) => {
  const values = {};
  const written = update(values);
  return { update: written, condition: guard?.(values), values };
});

function drawn(piece: Piece): Drawn {
  const values = {};
  return { text: piece(values), values };
}
