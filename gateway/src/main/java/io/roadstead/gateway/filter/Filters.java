package io.roadstead.gateway.filter;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The filters that a gateway has, by name. Immutable, safe from any thread; what the filters
 * themselves need closed ends with the process.
 */
public final class Filters {
  public static final Duration USUAL_LIMIT = Duration.ofSeconds(10);
  public static final Filters NONE = of(List.of(), USUAL_LIMIT);

  private static final int MOST_JARS = 256;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

  private final Map<String, Filter> byName;
  private final Duration limit;

  private Filters(Map<String, Filter> byName, Duration limit) {
    this.byName = Map.copyOf(byName);
    this.limit = limit;
  }

  /**
   * These.
   *
   * @param limit how long the filters of a request, or of an answer, may take together
   * @throws FiltersUnusable where a name is there twice, or is none
   */
  public static Filters of(List<Filter> filters, Duration limit) {
    Map<String, Filter> byName = new TreeMap<>();
    for (Filter filter : filters) {
      String name = filter.name();
      if (!NAME.matcher(name).matches()) {
        throw new FiltersUnusable(
            filter.getClass().getName() + " is called '" + name + "': " + NAME + " is expected");
      }
      Filter other = byName.put(name, filter);
      if (other != null) {
        throw new FiltersUnusable(
            filter.getClass().getName()
                + " and "
                + other.getClass().getName()
                + " are both called '"
                + name
                + "': leave one of them out");
      }
    }
    return new Filters(byName, limit);
  }

  /**
   * Those that the jars in a folder, and the gateway's own class path, offer to the {@link
   * ServiceLoader}.
   *
   * @throws FiltersUnusable where the folder cannot be read, or a filter cannot be made
   */
  public static Filters load(Path folder) {
    List<URL> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
      for (Path jar : files) {
        jars.add(url(jar));
      }
    } catch (IOException e) {
      throw new FiltersUnusable(
          "the filters' folder " + folder + " cannot be read (" + e + "): name a folder of jars",
          e);
    }
    if (jars.size() > MOST_JARS) {
      throw new FiltersUnusable(
          folder + " holds " + jars.size() + " jars, at most " + MOST_JARS + " are read");
    }
    jars.sort((a, b) -> a.toString().compareTo(b.toString()));
    // Open for as long as the process lives, for classes are loaded when they are needed.
    URLClassLoader loader =
        new URLClassLoader("filters", jars.toArray(URL[]::new), Filter.class.getClassLoader());
    try {
      List<Filter> found = new ArrayList<>();
      ServiceLoader.load(Filter.class, loader).forEach(found::add);
      return of(found, USUAL_LIMIT);
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new FiltersUnusable("a filter in " + folder + " cannot be made: " + e.getMessage(), e);
    }
  }

  private static URL url(Path jar) throws MalformedURLException {
    return jar.toUri().toURL();
  }

  public Optional<Filter> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  public Set<String> names() {
    return byName.keySet();
  }

  /** How long the filters of a request, or of an answer, may take together. */
  public Duration limit() {
    return limit;
  }
}
