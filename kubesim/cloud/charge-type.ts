import { z } from 'zod';

/** Charge type: pay-as-you-go, subscription, or spot instance, which the cloud can reclaim. */
export const chargeTypeSchema = z.enum(['POSTPAID', 'PREPAID', 'SPOT']);

export type ChargeType = z.infer<typeof chargeTypeSchema>;
