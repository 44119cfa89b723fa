/** Telemetry leaves as lines on standard output: a counter is one line of CloudWatch's metric format, a log line is one line of JSON. */
import { describe, expect, it } from '@jest/globals';
import { createPowertoolsTelemetry } from '../../lambdas/aws/powertools-telemetry.ts';
import { capturedOutput } from './captured-output.ts';

describe('createPowertoolsTelemetry', () => {
  it('prints the counters of an invocation as one line, with sums that CloudWatch adds up', async () => {
    const lines = await capturedOutput(() => {
      const telemetry = createPowertoolsTelemetry();
      telemetry.count('EventsStored');
      telemetry.count('EventsStored', 2);
      telemetry.count('EventsDuplicate');
      telemetry.flush();
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      service: 'oncehook-ingest-stripe',
      EventsStored: [1, 2],
      EventsDuplicate: 1,
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'oncehook',
            Dimensions: [['service']],
            Metrics: [
              { Name: 'EventsStored', Unit: 'Count' },
              { Name: 'EventsDuplicate', Unit: 'Count' },
            ],
          },
        ],
      },
    });
  });

  it('counts by dimensions on a line of its own, and in the total, which alarms watch', async () => {
    const lines = await capturedOutput(() => {
      const telemetry = createPowertoolsTelemetry();
      telemetry.count('EventsStored');
      telemetry.count('Unauthorized', 1, { reason: 'no-match' });
      telemetry.flush();
    });
    const parsed = lines.map((line) => JSON.parse(line));
    expect(parsed).toHaveLength(2);
    expect(parsed.find(({ reason }) => reason === 'no-match')).toMatchObject({
      reason: 'no-match',
      Unauthorized: 1,
      _aws: { CloudWatchMetrics: [{ Dimensions: [['service', 'reason']] }] },
    });
    const total = parsed.find(({ EventsStored }) => EventsStored === 1);
    expect(total).toMatchObject({ Unauthorized: 1, _aws: { CloudWatchMetrics: [{ Dimensions: [['service']] }] } });
    expect(total).not.toHaveProperty('reason');
  });

  it('prints nothing where nothing was counted, and counts each invocation anew', async () => {
    const lines = await capturedOutput(() => {
      const telemetry = createPowertoolsTelemetry();
      telemetry.flush();
      telemetry.count('EventsStored');
      telemetry.flush();
      telemetry.flush();
    });
    expect(lines).toHaveLength(1);
  });

  it('logs one line of JSON, whatever characters stand in a field', async () => {
    const lines = await capturedOutput(() =>
      createPowertoolsTelemetry().log('warn', 'event quarantined', { eventId: 'a\r\n{"level":"ERROR"}\u001b[31m' }),
    );
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'WARN',
      message: 'event quarantined',
      eventId: 'a\r\n{"level":"ERROR"}\u001b[31m',
    });
  });
});
