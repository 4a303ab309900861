import { ApiError } from '../kinds/status.js';

/** The creation of a pod waits for webhooks; the controller that began it continues when it is settled. */
export class PendingCreation extends ApiError {
  constructor(readonly settled: Promise<void>) {
    super(503, 'ServiceUnavailable', 'the creation of a pod waits for webhooks');
    this.name = 'PendingCreation';
  }
}
