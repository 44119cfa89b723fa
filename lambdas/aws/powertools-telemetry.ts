/** Telemetry by Powertools: JSON log lines and EMF metrics on standard output, which CloudWatch reads. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Telemetry } from '../core/ports.ts';

/** Service name and namespace come from the POWERTOOLS_ variables that synth sets. */
export function createPowertoolsTelemetry(): Telemetry {
  const logger = new Logger();
  const metrics = new Metrics();
  return {
    // Counted by its dimensions and also in the total: an alarm watches the total, and CloudWatch adds nothing up over dimensions.
    count: (metric, amount = 1, dimensions) => {
      metrics.addMetric(metric, MetricUnit.Count, amount);
      if (dimensions === undefined) return;
      const single = metrics.singleMetric();
      single.addDimensions({ ...dimensions });
      single.addMetric(metric, MetricUnit.Count, amount);
    },
    log: (level, message, fields = {}) => logger[level](message, fields),
    // Powertools warns about an empty publication, and an invocation may well have counted nothing.
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
