import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { RECEIVES_MAX } from '../../lambdas/core/limits.ts';
import { providerApisFolder } from '../../lib/project.ts';
import { emptyFolder, type JsonObject, PAYMENTS, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

const PAYMENTS_TABLES = ['Tables/Payments/Table', 'Tables/Reconciliation/Table'];
const HERE = 'Payments/Stripe';
const FUNCTIONS = {
  pay: 'Payments/Pay/Function',
  charge: `${HERE}/Charge/Charge/Function`,
  confirm: `${HERE}/Confirm/Confirm/Function`,
  clock: `${HERE}/Clock/Clock/Function`,
  reconcile: `${HERE}/Reconcile/Reconcile/Function`,
};

const outdir = emptyFolder();
let stack: SynthesizedStack;

beforeAll(async () => {
  const sources = { stripe: { provider: 'stripe', account: 'acct_1', mode: 'test' } };
  stack = await synthesizedStack({ outdir, context: { sources, payments: PAYMENTS } });
});

const properties = (path: string) => stack.readable(stack.at(path).properties) as JsonObject;
const variables = (fn: string) => (properties(fn)['Environment'] as { Variables: JsonObject }).Variables;

describe('the tables of payments', () => {
  it('have their logical ids for ever', () => {
    expect(PAYMENTS_TABLES.map((path) => stack.at(path).logicalId)).toEqual([
      'TablesPaymentsTable525593F7',
      'TablesReconciliationTable62DAECE4',
    ]);
  });

  it('are restorable, protected from deletion and kept when the stack goes', () => {
    for (const path of PAYMENTS_TABLES) {
      expect(stack.at(path)).toMatchObject({
        deletionPolicy: 'Retain',
        updateReplacePolicy: 'Retain',
        properties: { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
      });
    }
  });

  it('keep a payment for ever under one key, and find it by when it is due and when it was made', () => {
    const { KeySchema, GlobalSecondaryIndexes, TimeToLiveSpecification } = properties('Tables/Payments/Table');

    expect(KeySchema).toEqual([{ AttributeName: 'pk', KeyType: 'HASH' }]);
    expect(TimeToLiveSpecification).toBeUndefined();
    const indexes = GlobalSecondaryIndexes as unknown as { IndexName: string; KeySchema: { AttributeName: string }[] }[];
    expect(indexes.map(({ IndexName, KeySchema: keys }) => [IndexName, ...keys.map(({ AttributeName }) => AttributeName)])).toEqual([
      ['due', 'dueShard', 'dueAt'],
      ['made', 'madeIn', 'madeAt'],
    ]);
  });

  it('let what reconciliation found expire', () => {
    expect(properties('Tables/Reconciliation/Table')).toMatchObject({
      KeySchema: [{ AttributeName: 'pk' }, { AttributeName: 'sk' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });
});

describe('the functions of payments', () => {
  const named = (service: string) => ({ POWERTOOLS_SERVICE_NAME: `oncehook-${service}`, POWERTOOLS_METRICS_NAMESPACE: 'oncehook' });
  const tables = { PAYMENTS_TABLE: 'Tables/Payments/Table', OUTBOX_TABLE: 'Tables/Outbox/Table' };
  const INBOX_TABLE = 'Tables/Inbox/Table';
  const provider = { API_KEY_ID: `${HERE}/ApiKey`, MODE: 'test' };

  it('are told their tables, the API key and the mode, and nothing else', () => {
    expect(variables(FUNCTIONS.pay)).toEqual({ ...named('pay'), ...tables, EVENTS_TABLE: 'Tables/Events/Table' });
    const QUEUE_URL = `${HERE}/Charge/Messages/Queue`;
    expect(variables(FUNCTIONS.charge)).toEqual({ ...named('charge-stripe'), ...tables, ...provider, INBOX_TABLE, QUEUE_URL });
    expect(variables(FUNCTIONS.confirm)).toEqual({
      ...named('confirm-stripe'),
      ...tables,
      INBOX_TABLE,
      QUEUE_URL: `${HERE}/Confirm/Messages/Queue`,
      SOURCE: 'stripe',
      MODE: 'test',
    });
    expect(variables(FUNCTIONS.clock)).toEqual({ ...named('payments-clock-stripe'), ...tables, ...provider });
  });

  it('compare with what the source expects of its events, where they compare', () => {
    expect(variables(FUNCTIONS.reconcile)).toEqual({
      ...named('reconcile-stripe'),
      ...tables,
      ...provider,
      EVENTS_TABLE: 'Tables/Events/Table',
      RECONCILIATION_TABLE: 'Tables/Reconciliation/Table',
      INBOX_TABLE: 'Tables/Inbox/Table',
      BOOKS_TABLES: '{"Ledger":"Tables/Ledger/Table"}',
      SOURCE: 'stripe',
      EXPECTED_MODE: 'test',
      EXPECTED_ACCOUNT: 'acct_1',
    });
  });

  it('have an API key that no template holds, and that is kept when the stack goes', () => {
    expect(stack.at(`${HERE}/ApiKey`)).toMatchObject({ properties: {}, deletionPolicy: 'Retain', updateReplacePolicy: 'Retain' });
  });

  it('may run as long as their work takes: a request, a few calls, a minute, a quarter of an hour', () => {
    const seconds = Object.fromEntries(Object.entries(FUNCTIONS).map(([name, fn]) => [name, properties(fn)['Timeout']]));

    expect(seconds).toEqual({ pay: 11, charge: 60, confirm: 30, clock: 50, reconcile: 900 });
  });
});

describe('the queues of payments', () => {
  it.each([
    ['Charge', FUNCTIONS.charge, 5, 5],
    ['Confirm', FUNCTIONS.confirm, 10, 50],
  ])('of %s are kept, give up to dead letters, hide for six timeouts, and are polled within bounds', (part, fn, batch, concurrency) => {
    const [queue, dead] = [`${HERE}/${part}/Messages/Queue`, `${HERE}/${part}/DeadLetters/Queue`];

    expect(properties(queue)).toMatchObject({
      VisibilityTimeout: 6 * Number(properties(fn)['Timeout']),
      RedrivePolicy: { deadLetterTargetArn: `${dead}.Arn`, maxReceiveCount: RECEIVES_MAX },
    });
    for (const path of [queue, dead]) expect(stack.at(path).deletionPolicy).toBe('Retain');
    expect(properties(`${HERE}/${part}/Mapping`)).toEqual({
      EventSourceArn: `${queue}.Arn`,
      FunctionName: fn,
      BatchSize: batch,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: concurrency },
    });
  });

  it('are known to the relay and to settlement by their names', () => {
    for (const fn of ['Relay/Relay/Function', 'Settlement/Settle/Function']) {
      expect(JSON.parse(String(variables(fn)['QUEUE_URLS']))).toEqual({
        ledger: 'ConsumeLedger/Messages/Queue',
        receipts: 'ConsumeReceipts/Messages/Queue',
        'charge-stripe': `${HERE}/Charge/Messages/Queue`,
        'confirm-stripe': `${HERE}/Confirm/Messages/Queue`,
      });
    }
  });
});

describe('the schedules of payments', () => {
  it('look each minute for what is due, and compare the last hours, days and the month, each at its own pace', () => {
    const rules = stack
      .ofType('AWS::Events::Rule')
      .filter(({ path }) => path.startsWith('Payments/'))
      .map(({ properties: rule }) => {
        const [target] = stack.readable(rule['Targets']) as unknown as [JsonObject];
        return [rule['ScheduleExpression'], rule['State'], target['Arn'], target['Input'], target['RetryPolicy']];
      });

    const rule = (rate: string, fn: string, age: number, input?: string) => [
      `rate(${rate})`,
      'ENABLED',
      `${fn}.Arn`,
      input,
      { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: 0 },
    ];
    expect(rules).toEqual([
      rule('1 minute', FUNCTIONS.clock, 60),
      rule('1 hour', FUNCTIONS.reconcile, 3600, '{"hours":3}'),
      rule('1 day', FUNCTIONS.reconcile, 3600, '{"hours":96}'),
      rule('7 days', FUNCTIONS.reconcile, 3600, '{"hours":720}'),
    ]);
  });

  it('leave a run that failed to the next one', () => {
    const configurations = stack.ofType('AWS::Lambda::EventInvokeConfig').map(({ properties: config }) => stack.readable(config));

    for (const [fn, age] of [
      [FUNCTIONS.clock, 60],
      [FUNCTIONS.reconcile, 3600],
    ]) {
      const expected = { FunctionName: fn, MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: age };
      expect(configurations).toContainEqual(expect.objectContaining(expected));
    }
  });
});

describe('the routes of payments', () => {
  it('are two, to one function, and only for callers whom IAM allows', () => {
    const routes = stack.ofType('AWS::ApiGatewayV2::Route').map(({ properties: route }) => [route['RouteKey'], route['AuthorizationType']]);

    expect(routes).toEqual([
      ['POST /webhooks/stripe', 'NONE'],
      ['POST /payments', 'AWS_IAM'],
      ['GET /payments/{id}', 'AWS_IAM'],
    ]);
    const integrations = stack.ofType('AWS::ApiGatewayV2::Integration').map(({ properties: one }) => stack.readable(one) as JsonObject);
    expect(integrations.map(({ IntegrationUri }) => IntegrationUri)).toEqual(['IngestStripe/Ingest/Function.Arn', `${FUNCTIONS.pay}.Arn`]);
  });

  it('have throttles of their own, so that a flood of webhooks takes none of their requests', () => {
    const limits = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 500 };

    expect(stack.at('Webhooks/Stage').properties['RouteSettings']).toMatchObject({
      'POST /payments': limits,
      'GET /payments/{id}': limits,
    });
    expect(stack.at('Webhooks/Stage').dependsOn).toEqual(expect.arrayContaining(['Payments/Make', 'Payments/Look']));
  });
});

describe('the generated modules', () => {
  it('name what payments are charged through by its file, and the address that charges', () => {
    const text = readFileSync(join(outdir, 'generated', 'payments.mjs'), 'utf8');

    expect(text).toBe(
      `/* Written at synth. */\nimport api0 from ${JSON.stringify(join(providerApisFolder, 'stripe.ts'))};\n` +
        'export const payments = {\n  "stripe": { api: api0, mode: "test", address: "charge-stripe@1" },\n};\n',
    );
  });

  it("send the provider's events of payments to the consumer that confirms, beside the others", async () => {
    const { routes } = await import(pathToFileURL(join(outdir, 'generated', 'routes.mjs')).href);

    expect(routes.map(({ address }: { address: string }) => address)).toEqual(['ledger@1', 'receipts@1', 'confirm-stripe@1']);
    expect(routes.at(-1).subscribes).toEqual({ stripe: expect.arrayContaining(['payment_intent.succeeded']) });
  });
});
