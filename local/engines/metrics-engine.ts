/** CloudWatch in this process: the one metric that the product reads, over AWS's JSON 1.0 protocol, on 127.0.0.1. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { bodyOf } from '../body-of.ts';
import { type LoopbackServer, listenOnLoopback } from '../loopback-server.ts';

export type MetricsEngineOptions = {
  readonly nowMillis: () => number;
  /** The age of the oldest message of a queue, by its name; undefined where it has none. */
  readonly oldestSeconds: (queueName: string) => number | undefined | Promise<number | undefined>;
};

export async function startMetricsEngine(options: MetricsEngineOptions): Promise<LoopbackServer> {
  const server = createServer((request, reply) => {
    answer(request, options).then(
      ({ status, body }) => write(reply, status, body),
      () => request.socket.destroy(),
    );
  });
  return await listenOnLoopback(server);
}

type Answer = { readonly status: number; readonly body: object };

type Query = {
  readonly Id: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions?: readonly { Name: string; Value: string }[];
    };
  };
};

async function answer(request: IncomingMessage, options: MetricsEngineOptions): Promise<Answer> {
  const body = (await bodyOf(request)).toString('utf8');
  const operation = String(request.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  if (operation !== 'GetMetricData') return refusal('UnknownOperationException', `The local CloudWatch does not know ${operation}.`);
  const { MetricDataQueries: queries = [] } = JSON.parse(body) as { readonly MetricDataQueries?: readonly Query[] };
  const results: object[] = [];
  for (const query of queries) {
    const queue = queueOf(query);
    if (queue === undefined)
      return refusal('InvalidParameterValueException', 'The local CloudWatch knows ApproximateAgeOfOldestMessage of a queue only.');
    const oldest = await options.oldestSeconds(queue);
    const seen = oldest === undefined ? [] : [oldest];
    results.push({ Id: query.Id, StatusCode: 'Complete', Timestamps: seen.map(() => options.nowMillis() / 1000), Values: seen });
  }
  return { status: 200, body: { MetricDataResults: results } };
}

function queueOf({ MetricStat: stat }: Query): string | undefined {
  const { Namespace, MetricName, Dimensions = [] } = stat?.Metric ?? { Namespace: '', MetricName: '' };
  if (Namespace !== 'AWS/SQS' || MetricName !== 'ApproximateAgeOfOldestMessage') return undefined;
  return Dimensions.find(({ Name }) => Name === 'QueueName')?.Value;
}

function refusal(code: string, message: string): Answer {
  return { status: 400, body: { __type: code, message } };
}

function write(reply: ServerResponse, status: number, body: object): void {
  reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}
