/** An endpoint in two steps: reading a request refuses what is wrong with the request alone, and only then work begins. */
import type { Form } from './form.ts';
import type { StripeWorld } from './stripe-world.ts';

/** The parameters of the query or the body, and what the path names; empty where it names nothing. */
export type Call = { readonly form: Form; readonly id: string };

/** Returns the object of the answer. What it throws as `ApiError` is its result, and is kept under the request's key. */
export type Work = () => object;

/** Throws `ApiError` for a request that is refused before anything begins: of that nothing is kept. */
export type Operation = (world: StripeWorld, call: Call) => Work;
