/** Every dictionary that a stored payload may need, written by `npm run dictionary`. */
import { dictionariesOf } from '../core/dictionary.ts';
import { dictionary as adyen1 } from './adyen-1.ts';
import { dictionary as adyenPlatform1 } from './adyen-platform-1.ts';
import { dictionary as braintree1 } from './braintree-1.ts';
import { dictionary as checkout1 } from './checkout-1.ts';
import { dictionary as coinbaseCommerce1 } from './coinbase-commerce-1.ts';
import { dictionary as flutterwaveV41 } from './flutterwave-v4-1.ts';
import { dictionary as gocardless1 } from './gocardless-1.ts';
import { dictionary as lemonsqueezy1 } from './lemonsqueezy-1.ts';
import { dictionary as mollie1 } from './mollie-1.ts';
import { dictionary as paddle1 } from './paddle-1.ts';
import { dictionary as paystack1 } from './paystack-1.ts';
import { dictionary as polar1 } from './polar-1.ts';
import { dictionary as portone1 } from './portone-1.ts';
import { dictionary as razorpay1 } from './razorpay-1.ts';
import { dictionary as shopify1 } from './shopify-1.ts';
import { dictionary as square1 } from './square-1.ts';
import { dictionary as standardwebhooks1 } from './standardwebhooks-1.ts';
import { dictionary as stripe1 } from './stripe-1.ts';
import { dictionary as svix1 } from './svix-1.ts';

export const dictionaryOf = dictionariesOf([
  adyen1,
  adyenPlatform1,
  braintree1,
  checkout1,
  coinbaseCommerce1,
  flutterwaveV41,
  gocardless1,
  lemonsqueezy1,
  mollie1,
  paddle1,
  paystack1,
  polar1,
  portone1,
  razorpay1,
  shopify1,
  square1,
  standardwebhooks1,
  stripe1,
  svix1,
]);
