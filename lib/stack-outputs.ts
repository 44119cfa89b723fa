/** What a deployed stack tells its operator, and all that the command `oncehook` needs to know of it. */
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { DeliveryQueue } from './delivery-queue.ts';
import { pascalCase } from './pascal-case.ts';
import type { Payments } from './payments.ts';
import type { Receiver } from './receiver.ts';
import type { Tables } from './tables.ts';
import type { WebhookSource } from './webhook-source.ts';

export type OutputParts = {
  readonly tables: Tables;
  readonly sources: readonly WebhookSource[];
  /** The consumers, the built-in ones among them. */
  readonly receivers: readonly Receiver[];
  readonly deliveries: readonly DeliveryQueue[];
  readonly payments: Payments | undefined;
  readonly relayFailures: Queue;
};

export function addOutputs(stack: Stack, { tables, sources, receivers, deliveries, payments, relayFailures }: OutputParts): void {
  const add = (name: string, value: string, description: string) => new CfnOutput(stack, name, { value, description });
  for (const { source, url, secretArn } of sources) {
    const { name, provider, url: signedUrl, account, mode } = source;
    const optional = {
      ...(signedUrl === undefined ? {} : { signedUrl }),
      ...(account === undefined ? {} : { account }),
      ...(mode === undefined ? {} : { mode }),
    };
    const details = { source: name, provider: provider.name, url, secretId: secretArn, ...optional };
    add(`WebhookUrl${pascalCase(name)}`, signedUrl ?? url, `Paste this URL into ${provider.name}.`);
    add(`Source${pascalCase(name)}`, stack.toJsonString(details), 'JSON: one source.');
  }
  for (const { name, address, queue, deadLetters, tableNames, secretArn } of receivers) {
    const details = { name, address, queueUrl: queue.queueUrl, deadLetterUrl: deadLetters.queueUrl, tables: tableNames };
    const secret = secretArn === undefined ? {} : { secretId: secretArn };
    add(`Consumer${pascalCase(name)}`, stack.toJsonString({ ...details, ...secret }), 'JSON: one consumer.');
  }
  for (const { name, address, queue, deadLetters } of deliveries) {
    const details = { name, address, queueUrl: queue.queueUrl, queueArn: queue.queueArn, deadLetterUrl: deadLetters.queueUrl };
    add(`Queue${pascalCase(name)}`, stack.toJsonString(details), 'JSON: one queue that somebody else reads.');
  }
  add('EventsTable', tables.events.tableName, 'Who each event is, for ever.');
  add('OutboxTable', tables.outbox.tableName, 'What each event says, until it expires.');
  add('InboxTable', tables.inbox.tableName, 'What each consumer has seen, for ever.');
  add('SettlementTable', tables.settlement.tableName, 'How far settlement has come, and what is unsettled.');
  add('RelayFailuresUrl', relayFailures.queueUrl, 'Records that the stream mapping gave up.');
  if (payments !== undefined) addPaymentsOutputs(stack, payments, add);
}

function addPaymentsOutputs(stack: Stack, { url, tables, providers }: Payments, add: (...output: [string, string, string]) => void): void {
  add('PaymentsUrl', url, 'Ask for payments here, with a request signed for execute-api.');
  add('PaymentsTable', tables.payments.tableName, 'The state of each payment, for ever.');
  add('ReconciliationTable', tables.reconciliation.tableName, 'What reconciliation found, until it expires.');
  for (const { provider, apiKeyId, charge, confirm, reconcile } of providers) {
    const details = {
      provider: provider.name,
      mode: provider.mode,
      source: provider.source.name,
      secretId: apiKeyId,
      reconcileFunction: reconcile.reconcile.fn.functionName,
      chargeQueueUrl: charge.queue.queueUrl,
      chargeDeadLetterUrl: charge.deadLetters.queueUrl,
      confirmQueueUrl: confirm.queue.queueUrl,
      confirmDeadLetterUrl: confirm.deadLetters.queueUrl,
    };
    add(`Payments${pascalCase(provider.name)}`, stack.toJsonString(details), 'JSON: payments through one provider.');
  }
}
