/** The fields of a provisioning event that are shown. */
export interface ShownEvent {
  readonly type: string;
  readonly message: string;
  readonly operation: { readonly id: string } | null;
}

/** Maximum number of consecutive events of the same type that are printed. */
const SHOWN = 2;
/** Events that the progress bar shows instead. */
const SHOWN_BY_PROGRESS = /^OPERATION_(PENDING|PROGRESS|STAGE_\w+)$/;
const END_OF_OPERATION = /^OPERATION_(SUCCEEDED|PARTIAL|FAILED|CANCELED)$/;

/**
 * The events of each operation. A step shows those of its operation, of which some arrive before the response to its mutation
 * and some after the operation has finished.
 */
export class OperationEvents {
  private readonly operations = new Map<string, OperationLines>();

  /** Adds an event. */
  add(event: ShownEvent): void {
    if (event.operation) this.of(event.operation.id).add(event);
  }

  /** Prints all events of the operation; resolves after the last one. */
  show(operationId: string, out: (line: string) => void): Promise<void> {
    const lines = this.of(operationId);
    lines.showOn(out);
    return lines.ended;
  }

  private of(operationId: string): OperationLines {
    const lines = this.operations.get(operationId) ?? new OperationLines();
    this.operations.set(operationId, lines);
    return lines;
  }
}

/** The events of one operation: the first of consecutive ones of a type, and the number of the others. */
class OperationLines {
  readonly ended: Promise<void>;
  private end!: () => void;
  private readonly early: ShownEvent[] = [];
  private out: ((line: string) => void) | undefined;
  private type = '';
  private run = 0;
  private over = false;

  constructor() {
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  showOn(out: (line: string) => void): void {
    this.out = out;
    for (const event of this.early.splice(0)) this.write(event, out);
  }

  add(event: ShownEvent): void {
    if (this.out) this.write(event, this.out);
    else this.early.push(event);
  }

  private write({ type, message }: ShownEvent, out: (line: string) => void): void {
    if (this.over || SHOWN_BY_PROGRESS.test(type)) return;
    if (type !== this.type && this.run > SHOWN) out(`and ${this.run - SHOWN} more like that`);
    this.run = type === this.type ? this.run + 1 : 1;
    this.type = type;
    if (END_OF_OPERATION.test(type)) {
      // Later events of the log, such as `CLUSTER_RUNNING`, would be printed below the title of the next step.
      this.over = true;
      this.end();
    } else if (this.run <= SHOWN) out(message);
  }
}
