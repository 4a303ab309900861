/** The products: cluster kinds as they are offered, limited by quotas and billed. */
export const products = [
  'ACK_PRO',
  'ACK_STANDARD',
  'ACK_DEDICATED',
  'ASK_PRO',
  'ASK_STANDARD',
  'EDGE_PRO',
  'EDGE_STANDARD',
  'REGISTERED',
] as const;

export type Product = (typeof products)[number];
