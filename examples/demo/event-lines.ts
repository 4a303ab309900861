/** Of a run of events of one type so many are told in full. */
const TOLD = 3;

/** Tells events; of a long run of one type the first ones and how many followed. */
export class EventLines {
  private type = '';
  private run = 0;

  constructor(private readonly out: (line: string) => void) {}

  add(type: string, message: string): void {
    if (type !== this.type) this.flush();
    this.type = type;
    this.run += 1;
    if (this.run <= TOLD) this.out(`${type}  ${message}`);
  }

  /** Ends the run. */
  flush(): void {
    if (this.run > TOLD) this.out(`${this.type}  … and ${this.run - TOLD} more`);
    this.run = 0;
  }
}
