/** Payments through one provider: its API key, and the functions that charge, confirm, go on and compare. */
import { Construct } from 'constructs';
import { Charge } from './charge.ts';
import { Confirm } from './confirm.ts';
import { emptySecret } from './empty-secret.ts';
import { PaymentsClock } from './payments-clock.ts';
import type { PaymentsProvider } from './payments-settings.ts';
import type { ProviderPartProps } from './provider-part.ts';
import { Reconcile } from './reconcile.ts';

export class ProviderPayments extends Construct {
  readonly provider: PaymentsProvider;
  readonly apiKeyId: string;
  readonly charge: Charge;
  readonly confirm: Confirm;
  readonly clock: PaymentsClock;
  readonly reconcile: Reconcile;

  constructor(scope: Construct, id: string, given: Omit<ProviderPartProps, 'apiKeyId'>) {
    super(scope, id);
    this.provider = given.provider;
    // Until an operator puts the key in, payments wait and nothing is looked up.
    this.apiKeyId = emptySecret(this, 'ApiKey', given).ref;
    const props = { ...given, apiKeyId: this.apiKeyId };
    this.charge = new Charge(this, 'Charge', props);
    this.confirm = new Confirm(this, 'Confirm', props);
    this.clock = new PaymentsClock(this, 'Clock', props);
    this.reconcile = new Reconcile(this, 'Reconcile', props);
  }
}
