import type * as v from 'valibot';

type Loose<T> = T extends readonly (infer Each)[]
  ? readonly Loose<Each>[]
  : T extends object
    ? { readonly [Key in keyof T]: Loose<T[Key]> }
    : T;
/** With every field there, so that one that only one side has tells. */
type Full<T> = T extends readonly (infer Each)[]
  ? readonly Full<Each>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: Full<T[Key]> }
    : T;
type Same<A, B> = [A, B] extends [B, A] ? true : false;

/**
 * A schema that describes `T`, the type that a command prints: one that lacks a field, has one more or takes another
 * value does not compile.
 */
export function schemaOf<T>() {
  return <Schema extends v.GenericSchema>(
    schema: [
      Same<Loose<v.InferOutput<Schema>>, Loose<T>>,
      Same<Full<v.InferOutput<Schema>>, Full<T>>,
    ] extends [true, true]
      ? Schema
      : never,
  ): Schema => schema;
}
