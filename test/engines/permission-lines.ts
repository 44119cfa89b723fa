/** What a stack's roles grant and what its functions called, as comparable lines: `ConsumeLedger dynamodb:PutItem on Inbox`. */
import type { LocalStack } from '../../local/start-local.ts';
import { permissions } from '../lib/permissions.ts';
import type { SynthesizedStack } from '../lib/synthesized-stack.ts';

/** For each function of the template. */
export function grantedLines(stack: SynthesizedStack): string[] {
  return Object.entries(permissions(stack)).flatMap(([fn, allowed]) =>
    allowed.map((line) => (line.startsWith('logs:') ? line : `${shortFunction(fn)} ${shortGrant(line)}`)),
  );
}

/**
 * The same lines from what the fronts recorded. ListStreams names a table, and IAM asks for its streams (service authorization reference).
 */
export function calledLines({ calls, plan }: LocalStack, stack: SynthesizedStack): string[] {
  const pathIn = (physical: string) => stack.resources.find(({ logicalId }) => physical.includes(logicalId))?.path ?? physical;
  const lines = calls()
    .filter(({ caller }) => plan.functions.some(({ logicalId }) => logicalId === caller))
    .map(({ caller, service, action, resource }) => {
      const part = action === 'ListStreams' ? '/stream' : (/\/(?:stream|index\/\w+)$/.exec(resource)?.[0] ?? '');
      return `${shortFunction(pathIn(caller))} ${service}:${action} on ${shortPath(pathIn(resource))}${part}`;
    });
  return [...new Set(lines)];
}

function shortFunction(path: string): string {
  return path.replace(/\/\w+\/Function$/, '');
}

function shortGrant(line: string): string {
  const [, action, path = '', attribute = '', rest = ''] = /^(\S+) on (.*?)(?:\.(Arn|StreamArn)(.*))?$/.exec(line) ?? [];
  return `${action} on ${shortPath(path)}${attribute === 'StreamArn' ? '/stream' : ''}${rest}`;
}

/** `Tables/Inbox/Table` and `ConsumeLedger/Messages/Queue` without the words that all of them have. */
function shortPath(path: string): string {
  return path.replace(/^Tables\/(\w+)\/Table$/, '$1').replace(/\/Queue$/, '');
}
