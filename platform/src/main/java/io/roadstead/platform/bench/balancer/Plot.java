package io.roadstead.platform.bench.balancer;

import java.util.List;
import java.util.Map;

/**
 * A scenario's p50, p99 and p99.9 of each strategy as bars on a logarithmic scale, in SVG; beside
 * them errors, the spread of load, and how long it took to divert and to recover.
 */
final class Plot {
  private static final int ROW = 40;
  private static final int LEFT = 190;
  private static final int WIDTH = 520;
  private static final int TOP = 70;
  private static final int COLUMN = 76;
  private static final int RIGHT = LEFT + WIDTH + 40;

  private Plot() {}

  static String svg(Scenario scenario, Map<Competitor, List<RunFigures>> results) {
    StringBuilder svg = new StringBuilder(4096);
    int height = TOP + results.size() * ROW + 24;
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        <text x="10" y="20" font-size="14">%s: %s</text>
        <text x="10" y="38" fill="#555">p50, p99, p99.9 in ms (logarithmic)</text>
        """
            .formatted(RIGHT + 4 * COLUMN, height, scenario.id(), scenario.title()));
    String[] heads = {"errors", "Gini of load", "diverted after", "back after"};
    for (int i = 0; i < heads.length; i++) {
      text(svg, i, TOP - 8, heads[i]);
    }
    int y = TOP;
    for (Map.Entry<Competitor, List<RunFigures>> each : results.entrySet()) {
      List<RunFigures> runs = each.getValue();
      svg.append(
          "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
              .formatted(LEFT - 8, y + 21, each.getKey().title.replace("*", "")));
      bar(svg, y, RunFigures.mean(runs, RunFigures::p50Millis), "#9ecae1");
      bar(svg, y + 11, RunFigures.mean(runs, RunFigures::p99Millis), "#3182bd");
      bar(svg, y + 22, RunFigures.mean(runs, RunFigures::p999Millis), "#08306b");
      text(svg, 0, y + 21, RunFigures.meanTold(runs, RunFigures::errorPercent, "%.2f %%"));
      text(svg, 1, y + 21, RunFigures.meanTold(runs, RunFigures::gini, "%.3f"));
      text(svg, 2, y + 21, RunFigures.meanTold(runs, RunFigures::divertSeconds, "%.2f s"));
      text(svg, 3, y + 21, RunFigures.meanTold(runs, RunFigures::recoverSeconds, "%.2f s"));
      y += ROW;
    }
    return svg.append("</svg>\n").toString();
  }

  private static void text(StringBuilder svg, int column, int y, String text) {
    svg.append(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-size=\"11\">%s</text>%n"
            .formatted(RIGHT + (column + 1) * COLUMN - 8, y, text));
  }

  private static void bar(StringBuilder svg, int y, double millis, String colour) {
    double length = Math.max(1, Math.log10(Math.max(1, millis)) / 4 * WIDTH);
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"10\" fill=\"%s\"/>%n"
            .formatted(LEFT, y, length, colour));
    svg.append(
        "<text x=\"%.0f\" y=\"%d\" font-size=\"9\">%.0f</text>%n"
            .formatted(LEFT + length + 4, y + 9, millis));
  }
}
