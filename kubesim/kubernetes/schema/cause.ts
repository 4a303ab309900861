/** A validation error of an object: field (`metadata.name`), reason (`FieldValueInvalid`) and message. */
export interface Cause {
  readonly field: string;
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueTypeInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueNotFound'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany';
  readonly message: string;
  /** Whether the value was so before, which a client is only warned of. */
  readonly isWarning?: true;
}
