import { createKubernetesApp } from "../../k8s/app";
import { exampleNames, loadExample } from "../support/examples";
import { testImages } from "../support/images";

describe.each(exampleNames)("the Kubernetes side of examples/%s", (name) => {
  const { charts } = createKubernetesApp(loadExample(name), testImages);

  it.each(charts.map((chart) => [chart.node.id, chart] as const))("renders the chart %s as recorded", (_, chart) => {
    expect(chart.toJson()).toMatchSnapshot();
  });
});
