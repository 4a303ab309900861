/** Charge type of an instance: pay-as-you-go, subscription, or spot, which can be reclaimed. */
export type ChargeType = 'POSTPAID' | 'PREPAID' | 'SPOT';
