/** What each function's role allows, read from the template whatever way it got there. */
import type { JsonObject, Resource, SynthesizedStack } from './synthesized-stack.ts';

type Statement = {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: unknown;
};

/** `action on resource`, sorted, for each function by its path. */
export function permissions(stack: SynthesizedStack): { readonly [fn: string]: readonly string[] } {
  return Object.fromEntries(stack.ofType('AWS::Lambda::Function').map((fn) => [fn.path, allowed(stack, roleOf(stack, fn)).sort()]));
}

/** The roles that belong to no function: what they allow would be seen by nobody. */
export function otherRoles(stack: SynthesizedStack): string[] {
  const known = stack.ofType('AWS::Lambda::Function').map((fn) => roleOf(stack, fn).path);
  return stack
    .ofType('AWS::IAM::Role')
    .map(({ path }) => path)
    .filter((path) => !known.includes(path));
}

/** Each Allow statement of each policy document anywhere in the template. */
export function allowStatements(stack: SynthesizedStack): Statement[] {
  return stack.resources.flatMap(({ properties }) => documents(stack.readable(properties))).filter(({ Effect }) => Effect === 'Allow');
}

function documents(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Statement' in value && Array.isArray(value.Statement) ? (value.Statement as Statement[]) : [];
  return [...own, ...Object.values(value).flatMap(documents)];
}

function roleOf(stack: SynthesizedStack, fn: Resource): Resource {
  return stack.at(String(stack.readable(fn.properties['Role'])).replace(/\.Arn$/, ''));
}

function allowed(stack: SynthesizedStack, role: Resource): string[] {
  const properties = stack.readable(role.properties) as JsonObject;
  const managed = ((properties['ManagedPolicyArns'] ?? []) as string[]).map((arn) => `managed policy ${arn}`);
  const inline = documents(properties['Policies']);
  const attached = stack.resources
    .filter(({ type }) => type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy')
    .map((policy) => stack.readable(policy.properties) as JsonObject)
    .filter((policy) => ((policy['Roles'] ?? []) as string[]).includes(role.path))
    .flatMap((policy) => documents(policy['PolicyDocument']));
  return [...managed, ...[...inline, ...attached].flatMap(lines)];
}

function lines(statement: Statement): string[] {
  if (statement.Effect !== 'Allow' || statement.Condition !== undefined) throw new Error(`Not read here: ${JSON.stringify(statement)}`);
  if (statement.Action === undefined || statement.Resource === undefined) throw new Error(`Not read here: ${JSON.stringify(statement)}`);
  return [statement.Action].flat().flatMap((action) => [statement.Resource].flat().map((resource) => `${action} on ${resource}`));
}
