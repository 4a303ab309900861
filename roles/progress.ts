/** Called with what is being done now, in a few words, e.g. `Creating the database`. */
export type Progress = (what: string) => void;

/** Writes a line for each step to standard output, so that a person who waits knows for what. */
export const printProgress: Progress = (what) => void process.stdout.write(`  ${what} …\n`);
