import type * as v from 'valibot';

type Loose<T> = T extends readonly (infer Each)[]
  ? readonly Loose<Each>[]
  : T extends object
    ? { readonly [Key in keyof T]: Loose<T[Key]> }
    : T;
/** The type with all fields required: otherwise, an optional field that only one side has would go unnoticed. */
type AllRequired<T> = T extends readonly (infer Each)[]
  ? readonly AllRequired<Each>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: AllRequired<T[Key]> }
    : T;
type Equal<A, B> = [A, B] extends [B, A] ? true : false;

/**
 * Returns the schema of `T`, the type that a command prints. A schema with a missing or an additional field or another value
 * type does not compile.
 */
export function schemaFor<T>() {
  return <Schema extends v.GenericSchema>(
    schema: [
      Equal<Loose<v.InferOutput<Schema>>, Loose<T>>,
      Equal<AllRequired<v.InferOutput<Schema>>, AllRequired<T>>,
    ] extends [true, true]
      ? Schema
      : never,
  ): Schema => schema;
}
