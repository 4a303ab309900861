/** Called with the current step of a start in a few words, e.g. `Creating the database`. */
export type Progress = (step: string) => void;

/** Writes a line for each step to standard output. */
export const printProgress: Progress = (step) => void process.stdout.write(`  ${step} …\n`);
