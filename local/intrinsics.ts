/** Replaces CloudFormation's intrinsic functions by what they mean here; one it does not know is refused, never guessed. */
import { LocalError } from './local-error.ts';
import { ACCOUNT, type PhysicalNames, REGION } from './physical-names.ts';

/** Gives the same value with every intrinsic function replaced. Throws `UNKNOWN_INTRINSIC`, `MALFORMED_INTRINSIC` and what the names throw. */
export type Resolve = (value: unknown) => unknown;

type Context = { readonly names: PhysicalNames; readonly ref: (name: string) => unknown; readonly resolve: Resolve };

/** Stands for `AWS::NoValue`: the property or list entry that holds it is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

export function resolver(names: PhysicalNames, stackName: string): Resolve {
  const pseudo: { readonly [name: string]: string | symbol } = {
    'AWS::AccountId': ACCOUNT,
    'AWS::Region': REGION,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stackName}/local`,
    'AWS::NoValue': NO_VALUE,
  };
  const resolve: Resolve = (value) => {
    if (Array.isArray(value)) return value.map(resolve).filter((entry) => entry !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && isFunction(name, argument)) {
      const apply = FUNCTIONS[name];
      if (apply === undefined) throw unknownFunction(name);
      return apply(argument, context);
    }
    return Object.fromEntries(entries.map(([key, entry]) => [key, resolve(entry)] as const).filter(([, entry]) => entry !== NO_VALUE));
  };
  const context: Context = { names, resolve, ref: (name) => pseudo[name] ?? names.ref(name) };
  return resolve;
}

/** A policy statement has a member `Condition` that is an object; CloudFormation's function of that name takes a text. */
function isFunction(name: string, argument: unknown): boolean {
  return name === 'Ref' || name.startsWith('Fn::') || (name === 'Condition' && typeof argument === 'string');
}

const FUNCTIONS: { readonly [name: string]: (argument: unknown, context: Context) => unknown } = {
  Ref: (argument, { ref }) => ref(text(argument, 'Ref')),
  'Fn::GetAtt': (argument, { names }) => {
    const [logicalId, attribute] = typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt');
    return names.attribute(text(logicalId, 'Fn::GetAtt'), text(attribute, 'Fn::GetAtt'));
  },
  'Fn::Join': (argument, { resolve }) => {
    const [separator, parts] = list(argument, 'Fn::Join');
    const texts = list(resolve(parts), 'Fn::Join').map((part) => text(part, 'Fn::Join'));
    return texts.join(text(separator, 'Fn::Join'));
  },
  'Fn::Select': (argument, { resolve }) => {
    const [index, values] = list(argument, 'Fn::Select');
    const value = list(resolve(values), 'Fn::Select')[Number(index)];
    if (value === undefined) throw malformed('Fn::Select', argument);
    return value;
  },
  'Fn::Split': (argument, { resolve }) => {
    const [separator, value] = list(argument, 'Fn::Split');
    return text(resolve(value), 'Fn::Split').split(text(separator, 'Fn::Split'));
  },
  'Fn::Sub': (argument, { names, ref, resolve }) => {
    const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const own = resolve(variables) as { readonly [name: string]: unknown };
    return text(pattern, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_all, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (Object.hasOwn(own, name)) return text(own[name], 'Fn::Sub');
      const [logicalId, attribute] = name.split('.');
      return attribute === undefined ? text(ref(name), 'Fn::Sub') : names.attribute(logicalId as string, attribute);
    });
  },
};

function text(value: unknown, where: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw malformed(where, value);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(where, value);
}

function malformed(where: string, value: unknown): LocalError {
  return new LocalError(
    'MALFORMED_INTRINSIC',
    `${where} was given ${JSON.stringify(value)?.slice(0, 200)}, which CloudFormation would not accept there.`,
  );
}

function unknownFunction(name: string): LocalError {
  return new LocalError(
    'UNKNOWN_INTRINSIC',
    `The template uses ${name}, which the local stand-in does not know. Add it to local/intrinsics.ts or write the stack without it.`,
  );
}
