import { Listr, type ListrRenderer, ListrTaskEventType } from "listr2";
import { say } from "./result";

/** One of several things that go on, such as a pod that starts. */
export interface Row {
  readonly name: string;
  /** Does it. What it reports replaces what it reported before; the last report stays. */
  readonly run: (report: Report) => Promise<void>;
}

export type Report = (state: string) => void;

export interface ProgressOptions {
  /** All at once instead of one after the other. @default false */
  readonly together?: boolean;
  /** Shows nothing. @default false */
  readonly silent?: boolean;
}

/**
 * Runs things and shows how far each is: live on a terminal, elsewhere a line with the time whenever one gets further.
 * @throws what the first one throws that fails; those that run with it are waited for
 */
export async function showProgress(rows: readonly Row[], options: ProgressOptions = {}): Promise<void> {
  const { together = false, silent = false } = options;
  const failures: unknown[] = [];
  const tasks = rows.map(({ name, run }) => ({
    title: name,
    task: async (_: unknown, task: { title: string }): Promise<void> => {
      try {
        await run((state) => {
          task.title = `${name}: ${state}`;
        });
      } catch (error) {
        failures.push(error);
        throw error;
      }
    },
  }));
  const listr = new Listr(tasks, {
    concurrent: together,
    exitOnError: !together,
    // ops/interruption.ts listens already.
    registerSignalListeners: false,
    silentRendererCondition: silent,
    rendererOptions: { collapseErrors: false, showErrorMessage: false },
    fallbackRenderer: LineRenderer,
  });
  // What was thrown is told below, in its own words.
  await listr.run().catch(() => {});
  if (failures.length > 0) throw failures[0];
}

/** For logs and pipes. */
class LineRenderer implements ListrRenderer {
  static readonly nonTTY = true;
  static readonly rendererOptions = {};
  static readonly rendererTaskOptions = {};
  private readonly tasks: ConstructorParameters<typeof ListrRenderer>[0];

  constructor(tasks: ConstructorParameters<typeof ListrRenderer>[0]) {
    this.tasks = tasks;
  }

  render(): void {
    const start = Date.now();
    for (const task of this.tasks) {
      task.on(ListrTaskEventType.TITLE, (title) => {
        const seconds = Math.round((Date.now() - start) / 1000);
        say(`${String(seconds).padStart(4)} s  ${title}`);
      });
    }
  }

  end(): void {}
}
