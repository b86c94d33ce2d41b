import { exampleNames, loadExample } from "../support/examples";
import { renderTerraform } from "../support/terraform";

describe.each(exampleNames)("the AWS side of examples/%s", (name) => {
  it("renders the stack as recorded", () => {
    expect(renderTerraform(loadExample(name))).toMatchSnapshot();
  });
});
