/** Something did not come out as the demo expects. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}
