/** What is read of a Pod in the cluster. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly name?: string;
      readonly ready: boolean;
      readonly restartCount?: number;
      readonly state: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
      readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
    }[];
  };
}

/** How far a pod is, in a word or a sentence: `ready`, `starting`, or what keeps it. */
export function describeStart({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return "stopping";
  const unscheduled = status.conditions?.find(({ type }) => type === "PodScheduled");
  if (unscheduled?.status === "False") return `waits for a node or a volume: ${firstSentence(unscheduled.message)}`;
  const [container] = status.containerStatuses ?? [];
  if (container?.ready === true) return "ready";
  const waiting = container?.state.waiting;
  if (waiting === undefined) return "starting";
  if (waiting.reason === "ContainerCreating" || waiting.reason === "PodInitializing")
    return "preparing image and volumes";
  return [waiting.reason, waiting.message].filter((part) => part !== undefined).join(": ");
}

/** The scheduler goes on about preemption after it. */
function firstSentence(message = "no reason is told"): string {
  return message.split(/\.\s/)[0] ?? message;
}
