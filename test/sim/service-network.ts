/** Between the functions and the services: latencies, losses, timeouts, and a caller that may be dead when the answer comes. */
import { REQUEST_TIMEOUT_MILLIS } from '../../lambdas/core/limits.ts';
import { type FunctionInstance, inside, kill, mayRead } from './function-instance.ts';
import { createQueueFates } from './queue-fate.ts';
import { createSecretFates } from './secret-fate.ts';
import { codeOf, type Fate, type ServiceCall, type ServiceReply } from './service-call.ts';
import type { SimContext } from './sim-context.ts';
import type { SimulatedCloud } from './simulated-cloud.ts';
import { createStoreFates } from './store-fate.ts';

export type ServiceNetwork = {
  /** Never settles for a dead caller. */
  call(caller: FunctionInstance, call: ServiceCall): Promise<ServiceReply>;
};

/** How long after the caller gave up a late request may still arrive. */
const LATE_MILLIS = [10, 5_000] as const;

export function createServiceNetwork(context: SimContext, cloud: SimulatedCloud): ServiceNetwork {
  const { faults, time, trace } = context;
  const random = context.random.fork('network');
  const fates = {
    dynamodb: createStoreFates(context),
    sqs: createQueueFates(context),
    secrets: createSecretFates(context),
    cloudwatch: createQueueFates(context),
  };
  const carryOut = (caller: FunctionInstance, call: ServiceCall, fate: Fate) => {
    const perform = (input: ServiceCall['input']) => cloud.perform(caller.name, { ...call, input });
    return fate.act === undefined ? perform(call.input) : fate.act(perform, call.input);
  };
  return {
    call: (caller, call) =>
      new Promise<ServiceReply>((resolve, reject) => {
        if (!caller.alive) return;
        const writes = isWrite(call);
        if (!caller.busy && (writes || !mayRead(caller)))
          context.see({ kind: 'worked after the answer', by: caller.name, what: call.operation });
        if (faults.hit('killed before a call')) return kill(context, caller, `before ${call.operation}`);
        caller.pending += 1;
        if (writes) caller.pendingWrites += 1;
        let open = true;
        const settle = (reply: ServiceReply) =>
          inside(context, caller, () => {
            if (!open) return;
            open = false;
            caller.pending -= 1;
            if (writes) caller.pendingWrites -= 1;
            if (trace.on) trace.note(caller.name, `${call.operation} → ${replyText(reply)}`, aboutCall(call));
            resolve(reply);
          });
        const fate = fates[call.service](call);
        const lostAs = fate.lost === 'late' || random.chance(0.5) ? 'TimeoutError' : 'ECONNRESET';
        const lose = () =>
          time.after(lostAs === 'TimeoutError' ? REQUEST_TIMEOUT_MILLIS - fate.outMillis : 1, () => settle({ lost: lostAs }));
        if (fate.lost === 'late') time.after(REQUEST_TIMEOUT_MILLIS, () => settle({ lost: lostAs }));
        const arrivesIn = fate.lost === 'late' ? REQUEST_TIMEOUT_MILLIS + random.between(...LATE_MILLIS) : fate.outMillis;
        time.after(arrivesIn, () => {
          if (fate.lost === 'request') return void lose();
          carryOut(caller, call, fate).then((answer) => {
            if (trace.on && fate.lost !== undefined)
              trace.note(caller.name, `${call.operation} is carried out, its reply is lost`, aboutCall(call));
            if (fate.lost === 'reply') return void lose();
            if (fate.lost === 'late') return undefined;
            if (faults.hit('killed after a call')) return kill(context, caller, `after ${call.operation}`);
            time.after(fate.backMillis, () => settle(answer));
            return undefined;
          }, reject);
        });
      }),
  };
}

function isWrite({ operation }: ServiceCall): boolean {
  return !/^(?:Get|BatchGet|Query|Describe|Oldest)/.test(operation);
}

function replyText(reply: ServiceReply): string {
  if ('lost' in reply) return reply.lost;
  const reasons = reply.body['CancellationReasons'] as readonly { readonly Code?: string }[] | undefined;
  const failed = reply.body['Failed'] as readonly unknown[] | undefined;
  if (failed !== undefined && failed.length > 0) return `${failed.length} failed`;
  return `${codeOf(reply) ?? 'done'}${reasons === undefined ? '' : ` [${reasons.map(({ Code }) => Code).join(', ')}]`}`;
}

/** The keys or texts a call is about, for the trace. */
function aboutCall({ operation, input }: ServiceCall): string {
  if (operation === 'TransactWriteItems') {
    return (input['TransactItems'] as readonly { [kind: string]: { Item?: WireKeys; Key?: WireKeys; TableName?: string } }[])
      .map((action) => Object.values(action)[0])
      .map((action) => `${action?.TableName}:${keyText(action?.Item ?? action?.Key)}`)
      .join(' + ');
  }
  if (operation === 'SendMessageBatch') {
    return (input['Entries'] as readonly { MessageBody: string }[])
      .map(({ MessageBody }) => /"id":"([^"]*)"/.exec(MessageBody)?.[1])
      .join(' ');
  }
  return keyText(input['Key'] as WireKeys | undefined);
}

type WireKeys = { readonly pk?: { S?: string }; readonly sk?: { S?: string } };

function keyText(keys: WireKeys | undefined): string {
  return [keys?.pk?.S, keys?.sk?.S].filter((text) => text !== undefined).join(' ');
}
