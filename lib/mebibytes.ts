/** A Kubernetes quantity of memory in MiB: `1Gi` is 1024. NaN for what isn't a whole number above zero of `Mi` or `Gi`. */
export function mebibytes(quantity: string): number {
  const [, amount, unit] = /^([1-9]\d*)(Mi|Gi)$/.exec(quantity) ?? [];
  return Number(amount) * (unit === "Gi" ? 1024 : 1);
}
