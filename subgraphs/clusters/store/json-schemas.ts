import { z } from 'zod';

/** JSON schemas that several tables share. Unknown fields are kept: a newer release may have written them. */
export const stringMapSchema = z.record(z.string(), z.string());

export const taintsSchema = z.array(z.looseObject({ key: z.string(), effect: z.string() }));

export const conditionsSchema = z.array(
  z.looseObject({
    type: z.string(),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z.string(),
    message: z.string(),
    lastTransitionAt: z.string(),
  }),
);
