/** The embedded DynamoDB against recorded cases, and beside DynamoDB Local on the same cases and on random sequences. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeOnRealEngines, sharedDynamoDbUrl } from '../engines/harness.ts';
import { CAPACITY_CASES } from './dynamodb-capacity-cases.ts';
import type { Case, Step } from './dynamodb-case.ts';
import { CONDITION_CASES } from './dynamodb-condition-cases.ts';
import { DIFFERENCES } from './dynamodb-differences.ts';
import { INDEX_CASES } from './dynamodb-index-cases.ts';
import { walkIndex } from './dynamodb-index-walk.ts';
import { INDEX_WRITE_CASES } from './dynamodb-index-write-cases.ts';
import { ITEM_CASES } from './dynamodb-item-cases.ts';
import { comparable } from './dynamodb-outcome.ts';
import { paymentSteps } from './dynamodb-random-payments.ts';
import { ITEM_KEYS, steps } from './dynamodb-random-steps.ts';
import { READ_CASES } from './dynamodb-read-cases.ts';
import { recordsByItem, withEmptyMaps } from './dynamodb-stream-reading.ts';
import { createTables, deleteTables, embeddedSubject, localSubject, runCase, type Subject } from './dynamodb-subjects.ts';
import { TRANSACTION_CASES } from './dynamodb-transaction-cases.ts';
import { UPDATE_CASES } from './dynamodb-update-cases.ts';

const CASES: readonly Case[] = [
  ...ITEM_CASES,
  ...CAPACITY_CASES,
  ...CONDITION_CASES,
  ...UPDATE_CASES,
  ...TRANSACTION_CASES,
  ...READ_CASES,
  ...INDEX_CASES,
  ...INDEX_WRITE_CASES,
];
/** A longer search: CONFORMANCE_SEED and CONFORMANCE_RUNS. */
const SEED = Number(process.env['CONFORMANCE_SEED'] ?? 20_261_125);
const RUNS = Number(process.env['CONFORMANCE_RUNS'] ?? 25);
const NUMBERED = CASES.map((one, index) => ({ ...one, label: `c${index}` }));

const WHOLE_WALK = { partition: '$s', range: undefined, forwards: true, limit: undefined, filtered: false };

describe('the embedded DynamoDB answers as recorded', () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = embeddedSubject();
    await createTables(subject);
  });

  it.each(NUMBERED)('$title', async ({ label, ...one }) => {
    const { outcome, message } = await runCase(subject, one, label);
    expect(outcome).toEqual(one.answer);
    if (one.message !== undefined) expect(message).toBe(one.message);
  });

  it('to cases whose titles tell them apart', () => {
    expect(new Set(CASES.map(({ title }) => title)).size).toBe(CASES.length);
  });
});

describeOnRealEngines('DynamoDB Local answers as recorded, but for what is listed', () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = localSubject(sharedDynamoDbUrl());
    await createTables(subject);
  });
  afterAll(() => deleteTables(subject));

  it.each(NUMBERED)('$title', async ({ label, ...one }) => {
    const { outcome, message } = await runCase(subject, one, label);
    const difference = DIFFERENCES.find(({ title }) => title === one.title);
    expect(outcome).toEqual(difference?.dynamoDbLocal ?? one.answer);
    if (difference !== undefined) expect(outcome).not.toEqual(one.answer);
    else if (one.message !== undefined) expect(message).toBe(one.message);
  });

  it('and each difference is one of a case', () => {
    const titles = new Set(CASES.map(({ title }) => title));
    expect(DIFFERENCES.filter(({ title, document }) => !titles.has(title) || document === '')).toEqual([]);
  });
});

describeOnRealEngines('the embedded DynamoDB and DynamoDB Local', () => {
  const embedded = embeddedSubject();
  let local: Subject;
  let runs = 0;
  beforeAll(async () => {
    local = { ...localSubject(sharedDynamoDbUrl()), prefix: `r${process.pid}-` };
    await createTables(embedded);
    await createTables(local);
  });
  afterAll(() => deleteTables(local));

  it('answer any sequence of requests alike, and have the same records in their streams', async () => {
    const property = fc.asyncProperty(steps, async (requests) => {
      runs += 1;
      const label = `r${runs}`;
      for (const when of [...requests, ...ITEM_KEYS.map((Key): Step => ['GetItem', { TableName: 'Pairs', Key }])]) {
        const [ours, theirs] = await Promise.all([runCase(embedded, { when }, label), runCase(local, { when }, label)]);
        expect({ when, outcome: comparable(ours.outcome) }).toEqual({ when, outcome: comparable(theirs.outcome) });
      }
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
    const [ours, theirs] = await Promise.all([recordsByItem(embedded), recordsByItem(local)]);
    expect(Object.keys(theirs).length).toBeGreaterThan(RUNS);
    expect(comparable({ body: ours })).toEqual(comparable({ body: withEmptyMaps(theirs) }));
    // Once DynamoDB Local writes empty maps, they need no repair.
    expect(withEmptyMaps(theirs)).not.toEqual(theirs);
  });

  it('hold the same in their indexes after any sequence of writes, page by page', async () => {
    const property = fc.asyncProperty(paymentSteps, async (requests) => {
      runs += 1;
      const label = `p${runs}`;
      const both = async <T>(ask: (subject: Subject) => Promise<T>) => await Promise.all([ask(embedded), ask(local)]);
      const everything = ['due', 'made', 'whole'].map((index) => ({ ...WHOLE_WALK, index }));
      for (const when of [...requests, ...everything]) {
        if ('index' in when) {
          const [ours, theirs] = await both((subject) => walkIndex(subject, when, label));
          expect({ when, ...ours }).toEqual({ when, ...theirs });
          expect(new Set(ours.items).size).toBe(ours.items.length);
        } else {
          const [ours, theirs] = await both((subject) => runCase(subject, { when }, label));
          expect({ when, outcome: comparable(ours.outcome) }).toEqual({ when, outcome: comparable(theirs.outcome) });
        }
      }
    });
    await fc.assert(property, { seed: SEED, numRuns: Math.ceil(RUNS / 2) });
  });
});
