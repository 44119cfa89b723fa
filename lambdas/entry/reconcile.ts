/** Placeholder: the function of the kind reconcile. */
import { dictionary } from '#dictionary';
import provider from '#provider';
import api from '#provider-api';
import { routes } from '#routes';
import { readEnvironment } from './environment.ts';

const environment = readEnvironment(process.env);
const settings = ['EVENTS_TABLE', 'OUTBOX_TABLE', 'PAYMENTS_TABLE', 'RECONCILIATION_TABLE', 'API_KEY_ID', 'MODE', 'SOURCE'].map((name) =>
  environment.text(name),
);

export const handler = async (event: unknown): Promise<object> => ({
  event,
  api: api.name,
  routes: routes.length,
  settings: settings.length,
  provider: provider.name,
  dictionary: dictionary !== undefined,
});
