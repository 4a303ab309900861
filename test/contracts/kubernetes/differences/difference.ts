/** Cases of one area that kubesim does not pass, for one reason. */
export interface Difference {
  /** What kubesim does not do, or does otherwise: a sentence. */
  readonly reason: string;
  /** Titles of the cases. */
  readonly titles: readonly string[];
}
