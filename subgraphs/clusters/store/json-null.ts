import { Prisma } from '../../../prisma/generated/client.js';

/** Writes NULL into a JSON column (`null` alone would be the JSON value). */
export const NO_JSON = Prisma.DbNull;
