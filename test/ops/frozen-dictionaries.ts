/** The SHA-256 of each dictionary: a line is added with a new one, and none is ever changed. */

export const FROZEN: { readonly [name: string]: string } = {
  'standardwebhooks-1': 'd7814a86bf6afca11987afe930766deef6e57ac6b0e22930720540210808dabf',
  'stripe-1': '460a9e3a2bd526a283a8e96af67084c2f68579ccc6be971e900f114637a32eaa',
};
