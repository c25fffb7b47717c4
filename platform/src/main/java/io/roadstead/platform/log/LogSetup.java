package io.roadstead.platform.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * How the platform logs: a line for each transition on standard error, Roadstead's own by the level
 * of {@code ROADSTEAD_LOG} (error, warn, info, debug, trace; info), its libraries' warnings.
 *
 * <p>In code, because reading a configuration in XML would be a tenth of the time to start.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %msg  [%logger{0}]%n");
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Level level = Level.toLevel(System.getenv().getOrDefault("ROADSTEAD_LOG", "info"), Level.INFO);
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    context.getLogger("io.roadstead").setLevel(level);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Where something else tells what goes on: warnings only, unless the environment says otherwise.
   */
  public static void onlyWarnings() {
    if (!System.getenv().containsKey("ROADSTEAD_LOG")
        && LoggerFactory.getLogger("io.roadstead") instanceof Logger roadstead) {
      roadstead.setLevel(Level.WARN);
    }
  }
}
