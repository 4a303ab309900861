/** Called with the current step of a start in a few words, e.g. `Creating the database`. */
export type Progress = (what: string) => void;

/** Writes a line for each step to standard output. */
export const printProgress: Progress = (what) => void process.stdout.write(`  ${what} …\n`);
