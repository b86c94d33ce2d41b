import { readdirSync, statSync } from "node:fs";
import { stateFolder } from "../../lib/naming";
import { type Check, type CheckContext, ok, problem } from "./check";

/** Whether others of this machine can read the Terraform state. */
export const checkStateFolder: Check<CheckContext> = async ({ config }) => {
  const { state, userName } = config.aws;
  if (state.kind !== "local") return [ok(`the Terraform state is in the bucket ${state.bucket}`)];
  const mode = modeOf(stateFolder);
  if (mode === undefined) return [ok(`there is no ${stateFolder}/ yet; it will be private`)];
  if ((mode & 0o077) !== 0) {
    const what = `${stateFolder}/ has mode ${octal(mode)}: others of this machine can read it`;
    return [problem(what, "it holds the access key and all secrets in clear", `chmod 700 ${stateFolder}`)];
  }
  const isThere = readdirSync(stateFolder).includes(`${userName}.tfstate`);
  return [ok(`${stateFolder}/ is private${isThere ? "" : "; nothing was deployed from here yet"}`)];
};

function modeOf(folder: string): number | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats === undefined ? undefined : stats.mode & 0o777;
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
