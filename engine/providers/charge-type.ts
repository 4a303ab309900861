/** Charge type of an instance: pay-as-you-go, subscription, or spot, which can be reclaimed. */
export const CHARGE_TYPES = ['POSTPAID', 'PREPAID', 'SPOT'] as const;

export type ChargeType = (typeof CHARGE_TYPES)[number];
