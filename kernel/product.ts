/** A kind of cluster as it is offered, limited and billed. */
export type Product =
  | 'ACK_PRO'
  | 'ACK_STANDARD'
  | 'ACK_DEDICATED'
  | 'ASK_PRO'
  | 'ASK_STANDARD'
  | 'EDGE_PRO'
  | 'EDGE_STANDARD'
  | 'REGISTERED';
