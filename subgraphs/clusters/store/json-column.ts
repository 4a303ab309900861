import { Prisma } from '../../../prisma/generated/client.js';

/** Writes NULL into a JSON column (`null` alone would be the JSON value). */
export const NO_JSON = Prisma.DbNull;

/** A value as Prisma writes it into a JSON column; its type is that of the codec that reads the column. */
export function toJson(value: object): Prisma.InputJsonObject {
  return value as unknown as Prisma.InputJsonObject;
}
