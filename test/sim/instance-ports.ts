/** The ports of one function instance: they end with it. */
import type { Backlogs, Clock, Indexes, Partitions, Queues, Random, Secrets, Store, Telemetry } from '../../lambdas/core/ports.ts';
import { type FunctionInstance, inside } from './function-instance.ts';
import { portBacklogs, portIndexes, portPartitions, portQueues, portSecrets, portStore } from './port-services.ts';
import { sdkServices } from './sdk-services.ts';
import type { ServiceNetwork } from './service-network.ts';
import type { SimContext } from './sim-context.ts';

export type InstancePorts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly store: Store;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly partitions: Partitions;
  readonly indexes: Indexes;
  readonly backlogs: Backlogs;
};

export function instancePorts(context: SimContext, instance: FunctionInstance, network: ServiceNetwork): InstancePorts {
  const call = (request: Parameters<ServiceNetwork['call']>[1]) => network.call(instance, request);
  const services =
    context.level === 'sdk'
      ? sdkServices(call)
      : {
          store: portStore(call),
          queues: portQueues(call),
          secrets: portSecrets(call),
          partitions: portPartitions(call),
          indexes: portIndexes(call),
        };
  return {
    ...services,
    backlogs: portBacklogs(call),
    clock: instanceClock(context, instance),
    random: context.random.fork(instance.name),
    telemetry: instanceTelemetry(context, instance),
  };
}

function instanceClock(context: SimContext, instance: FunctionInstance): Clock {
  return {
    nowMillis: () => context.time.nowMillis() + instance.skewMillis,
    sleep: (millis, signal) =>
      new Promise((resolve) => {
        if (!instance.alive) return;
        if (signal?.aborted === true) return resolve();
        instance.pending += 1;
        let over = false;
        const end = () => {
          if (over) return;
          over = true;
          instance.pending -= 1;
          resolve();
        };
        const cancel = context.time.after(millis, () => inside(context, instance, end));
        signal?.addEventListener('abort', () => {
          cancel();
          end();
        });
      }),
  };
}

function instanceTelemetry(context: SimContext, instance: FunctionInstance): Telemetry {
  const by = instance.name;
  return {
    count: (metric, amount = 1, dimensions = {}) => {
      if (amount === 0) return;
      context.see({ kind: 'counted', by, metric, amount });
      const { reason, code, cause, kind, state } = dimensions;
      const word = reason ?? code ?? cause ?? kind ?? state;
      context.happened(word === undefined ? metric : `${metric} ${word}`);
    },
    log: (level, message, fields = {}) => {
      const text = `${level} ${message} ${JSON.stringify(fields)}`;
      context.trace.note(by, text);
      context.see({ kind: 'logged', by, text });
    },
    flush: () => {},
  };
}
