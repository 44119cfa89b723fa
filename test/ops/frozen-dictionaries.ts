/** The SHA-256 of each dictionary: a line is added with a new one, and none is ever changed. */

export const FROZEN: { readonly [name: string]: string } = {
  'adyen-1': '82b07c2e1017fb67d4a28e80ff5aca2a51986aa7b94d0d2525e5d307a4bb85c1',
  'adyen-platform-1': '2cca6145057e53dfa662bd22265de91800936bd8c1c12330e1409e92a705149b',
  'braintree-1': '926dae155973eefbd710314d6c7ed0d75b7e780a7b9302ce65fe8a347918fdbc',
  'checkout-1': '00111666d698ff9f8736e69c5e88a4fa3b783ecc576672bcf22b64582dc25da1',
  'coinbase-commerce-1': 'f95ee2b7d05540a43492a215e8ecffb2af68febc198cc2ebf31cb5f5f8a525af',
  'flutterwave-v4-1': 'c13ba2e4f1f99045e0254a0133f45e03f5b2eeb05e483e73c0317be2b3f61d98',
  'gocardless-1': '2e737ac0b607b4f0d02cefac8fafacfb8bad9ce6e60063b0a375e1c5f157e5fe',
  'lemonsqueezy-1': '0599d784eaa4bef7b1599ba04759ac161ad4ffe85fe43a2312d014b4bddf4133',
  'mollie-1': 'cfcf4a6b8ce978b98384ce35964406d851f06218de13b04622e498a9b6f942d1',
  'paddle-1': 'b64ec1b4d2190dc4f7bed407a5fd250b7ee98690903eea4cdfda5c9bf2c92563',
  'paystack-1': '47fe3c06badb9aa35c47e20ba5c899f909710239e3b810b982dc4a2a62b8f6ff',
  'polar-1': 'ad788829d6d83035a614d05388a2c827ec235239833237375eb892f12b89c402',
  'portone-1': 'b8a8792dd8af43b24074bed826576bb6f065483d8bdad08957b640593b06002c',
  'razorpay-1': '15761216a76043aa38850106164b570c30e3e79c5d2abe84859ca45adba22a60',
  'shopify-1': 'c00e576eb99b4d5c6a2158cc4cd2687e063be4a993548f981ef8b76009e42106',
  'square-1': '3da547eedfd56f6267559c5955e8449c1621c26b44d871e76c25a7d9dffaa683',
  'standardwebhooks-1': 'd7814a86bf6afca11987afe930766deef6e57ac6b0e22930720540210808dabf',
  'stripe-1': '460a9e3a2bd526a283a8e96af67084c2f68579ccc6be971e900f114637a32eaa',
  'svix-1': 'd7814a86bf6afca11987afe930766deef6e57ac6b0e22930720540210808dabf',
};
