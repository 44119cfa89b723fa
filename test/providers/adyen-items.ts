/** Items as Adyen sends them, and a body that holds some. */

export const authorised = {
  amount: { currency: 'EUR', value: 10999 },
  eventCode: 'AUTHORISATION',
  eventDate: '2026-02-13T17:26:40+01:00',
  merchantAccountCode: 'ShopExampleECOM',
  merchantReference: 'order:9342756',
  operations: ['CANCEL', 'CAPTURE', 'REFUND'],
  paymentMethod: 'visa',
  pspReference: 'LJMZU8FH8M33AWQC',
  reason: '023456:1111:03/2030',
  success: 'true',
  additionalData: { cardSummary: '1111', authCode: '735858' },
};
export const refunded = { ...authorised, eventCode: 'REFUND', pspReference: 'QBPLK35VG3MN6HXE', originalReference: 'LJMZU8FH8M33AWQC' };
export const declined = { ...authorised, pspReference: 'FXVJF2KDXLRKMP13', success: 'false', reason: 'Refused' };

export type Item = { readonly [name: string]: unknown };

export const bodyOf = (...items: readonly Item[]) =>
  JSON.stringify({ live: 'false', notificationItems: items.map((item) => ({ NotificationRequestItem: item })) });
