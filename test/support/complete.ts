/** A type whose every setting is given, at every depth: a new one without a test doesn't compile. */
export type Complete<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Complete<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]-?: Complete<Exclude<T[Key], undefined>> }
      : T;

/** Every variant of a union that is told by `kind`, complete: a new kind without a test doesn't compile. */
export type EveryKind<T extends { readonly kind: string }> = {
  readonly [Kind in T["kind"]]: Complete<Extract<T, { readonly kind: Kind }>>;
};
