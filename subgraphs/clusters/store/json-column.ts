import { Prisma } from '../../../prisma/generated/client.js';

/** Writes NULL into a JSON column (`null` alone would be the JSON value). */
export const NO_JSON = Prisma.DbNull;

/** Casts a value to Prisma's JSON type; the codec that reads the column defines its type. */
export function toJson(value: object): Prisma.InputJsonObject {
  return value as unknown as Prisma.InputJsonObject;
}
