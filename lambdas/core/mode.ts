/** Whether money is real: what is `live` and what is `test` never meet. */

export type Mode = 'live' | 'test';
